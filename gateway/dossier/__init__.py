"""Reports for review and for inspectors: facts from the journal, laid out as sections, printed as one PDF/A.

    state.py course.py                             the journal as it was; one channel over a time
    case.py facts.py                               an excursion, and all facts of it as plain JSON data
    period.py passport.py budgets.py annual.py     an asset over a time; a unit; a year
    measured.py inside.py told.py basis.py         parts of facts
rescreening.py
    places.py listed.py exposed.py unknown.py
    kinds/NAME.py                                  which sections a report has, and what it is called
    sections/NAME.py                               facts -> blocks; one section a file, shared between kinds
    blocks.py words.py chart.py matrix.py views.py what sections are made of
    samples.py heard.py proven.py                  readings, and proofs of the evidence log, as files inside
bundle.py bundle_index.py                      many reports in one folder, for an inspector
making.py layout.typ                           blocks and files -> PDF

A section never sees the journal, and the printer never sees the facts.
"""

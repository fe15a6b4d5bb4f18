"""Reports for review and for inspectors: facts from the journal, laid out as sections, printed as one PDF/A.

    case.py, measured.py, inside.py, told.py, basis.py, unknown.py    journal -> facts
    facts.py                                                          all of them as plain JSON data
    sections/NAME.py                                                  facts -> blocks; one section a file
    blocks.py words.py chart.py matrix.py                             what sections are made of
    making.py layout.typ                                              blocks -> PDF

A section never sees the journal, and the printer never sees the facts.
"""

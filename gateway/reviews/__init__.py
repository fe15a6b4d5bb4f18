"""Reviews of excursions: the state of one, folded from what the journal says; pure.

A review belongs to an excursion (an alarm). Its `basis` is what the gateway knows of the excursion and of the
units inside. People assess it, decide about each unit, and somebody else approves it with a signature. Where
the basis changes after somebody spoke, or somebody speaks after the approval, the next revision begins.
"""

"""What people do: one function an action, which checks, states it in the journal, and answers in a type.

The command line and, later, the pages and the API use the same functions. Each takes a `Desk` (the journal,
the gateway's clock, the configuration) and an `Author`, and raises InputError with what to do where something
cannot be said. To look and to state is one step: whoever is overtaken looks again.
"""

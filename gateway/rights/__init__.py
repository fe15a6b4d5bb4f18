"""Who may do what: roles x actions x sites as one table, and the account that acts."""

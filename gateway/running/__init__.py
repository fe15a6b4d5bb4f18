"""Parts that run until they are told to stop, and what starts them again."""

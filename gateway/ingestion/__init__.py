"""Sources: ports and brokers, each with its own supervised reader."""

"""Routes of the API, one file a group. Each file has a `router`, each route an action of the rights table."""

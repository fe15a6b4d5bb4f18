"""Long questions that are asked over the API: each in a child process, with progress, for a bounded time."""

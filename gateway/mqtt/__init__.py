"""A broker, as sources, sinks and the doctor speak to it."""

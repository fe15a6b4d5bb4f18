"""How often hints about causes are right, on simulated stories: `python -m benchmarks.causes`."""

"""Plans of sites: a picture, and where the assets stand on it. They decide nothing."""

"""What checking and running a notebook's function have in common. Python 3.8 and the standard library are enough."""

"""A month of a hub and a live Tryton, with everything that goes wrong in one."""

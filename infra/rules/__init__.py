"""The house rules of the template: what must hold for every queue, route, role and bucket."""

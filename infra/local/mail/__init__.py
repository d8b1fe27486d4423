"""A loopback Amazon SES (API v2) that keeps every mail whole, and a mailbox to read it in."""

"""A loopback stand-in for AWS End User Messaging SMS: checked requests, kept texts, its events."""

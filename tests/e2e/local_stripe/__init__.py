"""The local Stripe, read through the official stripe package."""

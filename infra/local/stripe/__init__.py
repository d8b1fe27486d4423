# SPDX-License-Identifier: GPL-3.0-or-later
"""The local Stripe: localstripe, extended by what it lacks and Duecourse uses.

A program of its own. It runs only in the environment that holds localstripe and is never
imported by the product, which talks to it over HTTP as it talks to Stripe.
"""

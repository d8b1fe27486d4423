"""How many documents one step of money may touch, so that it is one transaction."""

DOCUMENTS_MAX = 17
"""A document takes five writes at most: two for its head that moves, the word to the ERP, a
deduction or what is recovered, and a small difference. The step itself takes up to 15 (posting,
payment, credit, request, refund, task, ticket). A transaction takes a hundred."""

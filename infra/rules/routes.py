"""Who may call which route. A route is here or behind the JWT authorizer; there is no third way."""

# Anybody may call these: they prove who calls by a signature, by the link itself, or not at all.
PUBLIC = frozenset(
    {
        "POST /webhooks/stripe/{entity}",
        "POST /webhooks/erp/{entity}/{connection}",
        "GET /p/{entity}/l/{token}",
        "POST /p/{entity}/l/{token}",
        "GET /p/{entity}/l/{token}/stop",
        "POST /p/{entity}/l/{token}/stop",
        "POST /p/{entity}/fresh-link",
        "GET /p/{entity}/s/{token}",
        "POST /p/{entity}/s/{token}",
        "GET /health",
        "GET /static/{proxy+}",
    }
)

# The function asks for its own session first, since API Gateway knows no cookies.
SESSION = frozenset(
    {
        "GET /p/{entity}",
        "GET /p/{entity}/invoices/{document_id}",
        "GET /p/{entity}/invoices/{document_id}/pdf",
        "POST /p/{entity}/checkouts",
        "POST /p/{entity}/credit",
        "GET /p/{entity}/thanks",
        "GET /p/{entity}/statement",
        "POST /p/{entity}/statements",
        "GET /p/{entity}/statements/{statement_id}",
        "GET /p/{entity}/questions",
        "POST /p/{entity}/questions",
        "GET /p/{entity}/promises",
        "POST /p/{entity}/promises",
        "GET /p/{entity}/disputes",
        "POST /p/{entity}/disputes",
        "GET /p/{entity}/plans",
        "POST /p/{entity}/plans",
        "GET /p/{entity}/autopay",
        "POST /p/{entity}/autopay",
        "POST /p/{entity}/autopay/end",
        "GET /p/{entity}/sign-in",
        "POST /p/{entity}/sign-in",
        "POST /p/{entity}/sign-out",
        "GET /console",
        "POST /console",
        "GET /console/{proxy+}",
        "POST /console/{proxy+}",
    }
)

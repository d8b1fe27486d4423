"""What the patterns of policy fields ask for, in words. Keys are the patterns of the models."""

PATTERNS_IN_WORDS = {
    r"^[a-z][a-z0-9_-]{1,30}$": "write 2 to 31 small letters, digits, - or _, "
    "beginning with a letter",
    r"^[a-z][a-z0-9_]{1,30}$": "write 2 to 31 small letters, digits or _, beginning with a letter",
    r"^[a-z0-9][a-z0-9_-]{0,30}$": "write 1 to 31 small letters, digits, - or _, "
    "beginning with a letter or digit",
    r"^[A-Z]{3}$": "write the currency as three capital letters, such as EUR",
    r"^[0-9]{1,12}(\.[0-9]{1,3})?$": "write digits with a dot, such as 40.00",
    r"^([0-9]{1,3}(\.[0-9]{1,4})?)?$": "write digits with a dot, such as 8.50",
    r"^-?[0-9]{1,2}(\.[0-9]{1,4})?$": "write digits with a dot, such as 3.75",
    r"^20[0-9]{2}-0[17]-01$": 'name the first day of a half-year, such as "2027-01-01"',
    r"^([01][0-9]|2[0-3]):[0-5][0-9]$": 'write the time of day as "hh:mm", "00:00" to "23:59"',
}

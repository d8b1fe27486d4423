"""Small worlds in which facts change while sweeps come and go: is everybody found in time?"""

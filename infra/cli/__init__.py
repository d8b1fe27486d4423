"""The duecourse command: talks to the operator API, so it works alike on a laptop and on AWS."""

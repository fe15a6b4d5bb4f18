"""Accounts: passwords, second factors, sessions, API tokens, lock-outs: one file in the data folder.

    accounts.py    the file, and all that is in it: start here
    register.py    who has an account, with roles, sites, and an end
    passwords.py   which passwords are good, and their hashes
    totp.py        codes of an authenticator app (RFC 6238)
    factors.py     passwords, codes and recovery codes of an account
    passkeys.py    keys of devices, with which a person logs in (WebAuthn)
    challenges.py  what a device or a browser has to bring back, once
    openid.py      whose account somebody of an OpenID provider has
    ceremonies.py  how such a key is added, and how it proves whose it is
    lockouts.py    how long somebody waits after wrong passwords
    links.py       one-time links with which an account is set up
    sessions.py    who is logged in
    tokens.py      API tokens of programs
    login.py       one log-in, from what was typed to a session
    setup.py       what a set-up link is good for

Time is always an argument, ns UTC of the gateway's clock. Of a secret only the hash is stored, but of the
keys of authenticator apps, without which no code can be checked. What was done to an account is stated in
the journal (kind `account`), by `gateway/commands/accounts.py`.
"""

from typing import Final

FILE: Final = "accounts.sqlite"  # in the data folder

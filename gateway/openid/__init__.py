"""OpenID Connect: people log in at the provider of their organization (authorization code flow with PKCE).

    options.py   [pages.openid] of the configuration
    groups.py    what somebody may, by the groups that the provider names
    attempt.py   one attempt to log in, bound to a browser
    asking.py    one request to the provider, bounded in time and size
    provider.py  what the provider says about itself, its keys, a code for an ID token
    userinfo.py  what the provider says of a person apart from the ID token
    id_token.py  whether an ID token is of this provider, for this gateway, and of this attempt

Written after OpenID Connect Core 1.0, Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (`iss`) and RFC 9700. The
signature is checked by joserfc. Whose account it is: gateway/accounts/openid.py, gateway/commands/openid.py.
"""

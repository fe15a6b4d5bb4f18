// A real provider of OpenID Connect (npm oidc-provider) for the tests: PKCE is demanded, people log in by a form.
// Started with a JSON object: client, secret, redirect, groups by account. Prints its issuer once it listens.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const told = JSON.parse(process.argv[2]);
const server = createServer().listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: told.client,
        client_secret: told.secret,
        redirect_uris: [told.redirect],
        token_endpoint_auth_method: "client_secret_basic",
      },
    ],
    claims: { openid: ["sub", "auth_time", "preferred_username"], profile: ["groups"] }, // groups at userinfo alone
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true } },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: told.groups[id] ?? [] }),
    }),
    cookies: { keys: ["of these tests alone"] },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});

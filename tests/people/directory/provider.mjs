// An OpenID Connect provider (the package oidc-provider) with its own defaults. People sign in as the header X-Who
// says ("name amr"). Called with: port, address to come back to.
import Provider from "oidc-provider";

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const people = {
  linked: { email: "petugas@directory.example", email_verified: true },
  renamed: { email: "petugas@directory.example", email_verified: true },
  unverified: { email: "petugas@directory.example", email_verified: false },
  stranger: { email: "stranger@directory.example", email_verified: true },
};

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "kini",
      client_secret: "secret-of-the-tests",
      redirect_uris: [callback],
      post_logout_redirect_uris: [new URL("/", callback).href],
    },
  ],
  claims: { openid: ["sub", "amr"], email: ["email", "email_verified"] },
  cookies: { keys: ["tests"] },
  features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: true } },
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  const { prompt, params } = await provider.interactionDetails(ctx.req, ctx.res);
  const [who, amr] = ctx.get("X-Who").split(" ");
  if (prompt.name === "login") {
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: who, amr: amr ? [amr] : undefined } });
  } else {
    const grant = new provider.Grant({ accountId: who, clientId: params.client_id });
    grant.addOIDCScope("openid email");
    await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
  }
  ctx.respond = false;
});

provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));

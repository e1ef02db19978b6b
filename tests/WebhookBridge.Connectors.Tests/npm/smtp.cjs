// A mail server that others wrote (npm: smtp-server); each message is read by a parser that others wrote (npm: postal-mime) and printed as one line of JSON.
// usage: node smtp.cjs starttls|tls CERT KEY, in the folder that holds node_modules
'use strict';
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const fs = require('node:fs');
const path = require('node:path');
const here = createRequire(path.join(process.cwd(), 'x.js'));
const { SMTPServer } = here('smtp-server');

const [mode, cert, key] = process.argv.slice(2);
const say = (o) => process.stdout.write(JSON.stringify(o) + '\n');
const refuse = (code, text) => Object.assign(new Error(text), { responseCode: code });

(async () => {
  const { default: PostalMime } = await import(pathToFileURL(here.resolve('postal-mime')).href);
  const server = new SMTPServer({
    secure: mode === 'tls',
    cert: fs.readFileSync(cert),
    key: fs.readFileSync(key),
    authMethods: ['PLAIN', 'LOGIN', 'XOAUTH2'],
    size: 100000,
    onAuth(auth, session, callback) {
      if (!session.secure) return callback(refuse(538, 'encrypt first'));
      const good = auth.method === 'XOAUTH2' ? auth.accessToken === 'access-good' : auth.username === 'shop' && auth.password === 'pässword';
      return good ? callback(null, { user: auth.username }) : callback(refuse(535, 'wrong credentials'));
    },
    onMailFrom(address, session, callback) {
      return session.user ? callback() : callback(refuse(530, 'sign in first'));
    },
    onRcptTo(address, session, callback) {
      if (address.address.startsWith('refused@')) return callback(refuse(550, 'no such user'));
      if (address.address.startsWith('later@')) return callback(refuse(450, 'greylisted'));
      return callback();
    },
    onData(stream, session, callback) {
      const chunks = [];
      stream.on('data', (c) => chunks.push(c));
      stream.on('end', async () => {
        const raw = Buffer.concat(chunks);
        if (raw.includes('spam-spam-spam')) return callback(refuse(554, 'spam'));
        const mail = await PostalMime.parse(raw);
        say({
          from: session.envelope.mailFrom.address,
          to: session.envelope.rcptTo.map((r) => r.address),
          secure: session.secure,
          user: session.user,
          subject: mail.subject,
          messageId: mail.messageId,
          fromName: mail.from.name,
          toHeader: (mail.to ?? []).map((t) => [t.name, t.address]),
          text: mail.text,
          html: mail.html ?? null,
          headers: Object.fromEntries(mail.headers.map((h) => [h.key, h.value])),
        });
        return callback(null, 'queued as 42');
      });
    },
  });
  server.on('error', (e) => process.stderr.write(String(e) + '\n'));
  server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }));
  process.stdin.on('end', () => process.exit(0));
  process.stdin.resume();
})();

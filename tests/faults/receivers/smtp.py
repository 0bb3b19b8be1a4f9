# smtp.py FOLDER USER PASSWORD - a mail server on loopback that takes nothing without STARTTLS and a password.
# Prints `PORT n` once; each mail is a line of JSON in FOLDER/received, with its parts decoded.
import asyncio, email, email.policy, json, ssl, sys, time
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, SMTP

folder, user, password = sys.argv[1:4]


class Keep:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith('nobody'):
            return '550 there is nobody of that name'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {p.get_content_type(): p.get_content() for p in mail.walk() if not p.is_multipart()}
        line = {'at': int(time.time() * 1000), 'kind': 'mail', 'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'subject': mail['Subject'],
                'key': mail['Message-ID'], 'tls': session.ssl is not None, 'user': session.auth_data.login.decode() if session.authenticated else None,
                'parts': parts, 'defects': [str(d) for d in mail.defects], 'date': str(mail['Date'])}
        with open(folder + '/received', 'a') as out:
            out.write(json.dumps(line) + '\n')
        return '250 taken'


def check(server, session, envelope, mechanism, data):
    return AuthResult(success=data.login.decode() == user and data.password.decode() == password, auth_data=data)


context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(folder + '/good.pem', folder + '/good.key')


async def main():
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(Keep(), require_starttls=True, tls_context=context, authenticator=check, auth_required=True, hostname='mail.test',
                        loop=loop)
    server = await loop.create_server(make, '127.0.0.1', 0)
    print('PORT', server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())

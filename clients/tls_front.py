"""A server that wants TLS, in front of one that speaks none: makes certificates in FOLDER and passes on what comes.

    tls_front.py FOLDER PORT

It listens on a free port of 127.0.0.1 and prints it. In FOLDER stand then `ca.pem`, and `client.pem` with `client.key`, which it
asks a client for. Started by a test of the connection to Temporal.
"""

import asyncio
import datetime
import ipaddress
import pathlib
import ssl
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, issuer, issuer_key, key, is_ca):
    now = datetime.datetime.now(datetime.timezone.utc)
    built = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number())
    built = built.not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
    built = built.add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    return built.add_extension(here, critical=False).sign(issuer_key, hashes.SHA256())


def make(folder):
    ca_key = ec.generate_private_key(ec.SECP256R1())
    write(folder, "ca", certificate("sluice tests", "sluice tests", ca_key, ca_key, True), ca_key)
    for who in ("server", "client"):
        key = ec.generate_private_key(ec.SECP256R1())
        write(folder, who, certificate(who, "sluice tests", ca_key, key, False), key)


def write(folder, who, made, key):
    (folder / f"{who}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / f"{who}.key").write_bytes(text)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    writer.close()


async def main(folder, port):
    make(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.set_alpn_protocols(["h2"])

    async def passed(reader, writer):
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, behind_writer), pump(behind_reader, writer))

    server = await asyncio.start_server(passed, "127.0.0.1", 0, ssl=context)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main(pathlib.Path(sys.argv[1]), int(sys.argv[2])))

/** A certificate for this machine, made here: the tests need no openssl. */
import { createHash, generateKeyPairSync, sign } from 'node:crypto'

export interface Certificate {
  /** PEM; signed by itself, so it is its own authority. */
  readonly cert: string
  readonly key: string
}

const tags = { boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, oid: 0x06, text: 0x0c, time: 0x18 }
const sequence = 0x30
const set = 0x31
const version = 0xa0
const extensions = 0xa3

const oids = {
  ecdsaWithSha256: Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]),
  commonName: Buffer.from([0x55, 0x04, 0x03]),
  alternativeName: Buffer.from([0x55, 0x1d, 0x11]),
  basicConstraints: Buffer.from([0x55, 0x1d, 0x13]),
}

/** What a certificate may be for: a name, an IPv4 address. */
const localName = der(0x82, Buffer.from('localhost'))
const localAddress = der(0x87, Buffer.from([127, 0, 0, 1]))

/** For `localhost` and 127.0.0.1, for a hundred years (X.509 version 3, in DER by hand). */
export function makeCertificate(commonName: string = 'localhost'): Certificate {
  return certificateFor(commonName, [localName, localAddress])
}

/** For `localhost`, but for no address: as managed services have theirs. */
export function makeNamedCertificate(): Certificate {
  return certificateFor('localhost', [localName])
}

function certificateFor(commonName: string, names: readonly Buffer[]): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const algorithm = der(sequence, der(tags.oid, oids.ecdsaWithSha256))
  const name = der(
    sequence,
    der(set, der(sequence, der(tags.oid, oids.commonName), der(tags.text, Buffer.from(commonName)))),
  )
  const times = der(sequence, time('20200101000000Z'), time('21200101000000Z'))
  const alternatives = der(sequence, ...names)
  const authority = der(sequence, der(tags.boolean, Buffer.from([0xff])))
  const signed = der(
    sequence,
    der(version, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, Buffer.from([1, ...createHash('sha1').update(spki).digest().subarray(0, 8)])),
    algorithm,
    name,
    times,
    name,
    spki,
    der(
      extensions,
      der(
        sequence,
        extension(oids.basicConstraints, authority),
        extension(oids.alternativeName, alternatives),
      ),
    ),
  )
  const signature = sign('sha256', signed, privateKey)
  const cert = der(sequence, signed, algorithm, der(tags.bits, Buffer.from([0]), signature))
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  }
}

function extension(oid: Buffer, value: Buffer): Buffer {
  return der(sequence, der(tags.oid, oid), der(tags.octets, value))
}

function time(text: string): Buffer {
  return der(tags.time, Buffer.from(text))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const head =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

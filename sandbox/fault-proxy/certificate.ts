import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM; the certificate is its own authority. */
export interface Certificate {
  key: string;
  cert: string;
}

/** A throw-away certificate for 127.0.0.1, valid for two days. Its key never stays on disk. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-fault-proxy-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const argv =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=slipway-fault-proxy ' +
      '-addext subjectAltName=IP:127.0.0.1,DNS:localhost';
    execFileSync('openssl', [...argv.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

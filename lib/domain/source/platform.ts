const architectures: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm/v7',
  armel: 'arm/v6',
};

/** One name for one platform, as containerd has it: `linux/arm64/v8` and `aarch64` are `linux/arm64`. */
export function normalPlatform(text: string): string {
  const parts = text.trim().toLowerCase().split('/');
  const [os, architecture = '', variant] = parts.length === 1 ? ['linux', ...parts] : parts;
  const known = architectures[architecture] ?? architecture;
  const full = [os, known, ...(variant === undefined ? [] : [variant])].join('/');
  return full
    .replace(/\/arm$/, '/arm/v7')
    .replace(/\/arm64\/v8$/, '/arm64')
    .replace(/\/amd64\/v1$/, '/amd64');
}

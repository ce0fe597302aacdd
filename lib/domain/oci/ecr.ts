/** AWS registries by their host names, as amazon-ecr-credential-helper knows them. */

export type EcrRegistry =
  | { readonly kind: 'private'; readonly account: string; readonly region: string; readonly api: string }
  | { readonly kind: 'public'; readonly region: string; readonly api: string };

/** `123456789012.dkr.ecr.eu-west-1.amazonaws.com`, its FIPS form, and `123456789012.dkr-ecr.eu-west-1.on.aws`. */
const privateHost =
  /^(?<account>\d{12})\.dkr[.-](?<service>ecr(?:-fips)?)\.(?<region>[a-z0-9-]+)\.(?<domain>amazonaws\.com(?:\.cn)?|amazonaws\.eu|on\.aws)$/;

/** Which AWS registry a host is and where its API answers; undefined when it is none. */
export function ecrRegistryOf(host: string): EcrRegistry | undefined {
  // Tokens for public images are given in one region, wherever the images are pulled.
  if (host === 'public.ecr.aws') {
    return { kind: 'public', region: 'us-east-1', api: 'https://api.ecr-public.us-east-1.amazonaws.com/' };
  }
  const { account, service, region, domain } = privateHost.exec(host)?.groups ?? {};
  if (account === undefined || service === undefined || region === undefined || domain === undefined)
    return undefined;
  const api =
    domain === 'on.aws'
      ? `${service}.${region}.api.aws`
      : `${service === 'ecr' ? 'api.ecr' : service}.${region}.${domain}`;
  return { kind: 'private', account, region, api: `https://${api}/` };
}

/** How one tool is built; its folder under sandbox/tools holds the go.mod that pins it. */
export interface Tool {
  folder: string;
  package: string;
  binary: string;
  /** Other names of the same binary, made as links beside it. */
  links: readonly string[];
  /** What the linker is told, from the version that go.mod pins: a server must not report v0.0.0. */
  stamps(versionOf: (module: string) => string): Readonly<Record<string, string>>;
}

const components = [
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'kubectl',
];

const kube: Tool = {
  folder: 'kube',
  package: '.',
  binary: 'kube',
  links: components,
  stamps(versionOf) {
    const version = versionOf('k8s.io/kubernetes');
    const [major = '', minor = ''] = version.slice(1).split('.');
    const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
    return Object.fromEntries(
      packages.flatMap((name) => [
        [`${name}.gitVersion`, version],
        [`${name}.gitMajor`, major],
        [`${name}.gitMinor`, minor],
      ]),
    );
  },
};

const tool = (folder: string, name: string, rest: Partial<Tool> = {}): Tool => ({
  folder,
  package: name,
  binary: folder,
  links: [],
  stamps: () => ({}),
  ...rest,
});

/** Its setup action installs version 3 now, which stores signatures otherwise than 2 did. */
const cosign = (folder: string, major: 'v2' | 'v3'): Tool =>
  tool(folder, `github.com/sigstore/cosign/${major}/cmd/cosign`, {
    binary: 'cosign',
    stamps: (versionOf) => ({
      'sigs.k8s.io/release-utils/version.gitVersion': versionOf(`github.com/sigstore/cosign/${major}`),
    }),
  });

export const tools = {
  kube,
  kubectl: { ...kube, binary: 'kubectl' },
  etcd: tool('etcd', 'go.etcd.io/etcd/server/v3'),
  registry: tool('registry', 'github.com/distribution/distribution/v3/cmd/registry'),
  helm3: tool('helm3', 'helm.sh/helm/v3/cmd/helm', {
    binary: 'helm',
    stamps(versionOf) {
      // As Helm's Makefile does: without it `helm template` believes in Kubernetes 1.20.
      const minor = versionOf('k8s.io/client-go').split('.')[1] ?? '';
      return {
        'helm.sh/helm/v3/internal/version.version': versionOf('helm.sh/helm/v3'),
        'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor': '1',
        'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor': minor,
        'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': '1',
        'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': minor,
      };
    },
  }),
  helm4: tool('helm4', 'helm.sh/helm/v4/cmd/helm', {
    binary: 'helm',
    stamps: (versionOf) => ({ 'helm.sh/helm/v4/internal/version.version': versionOf('helm.sh/helm/v4') }),
  }),
  act: tool('act', 'github.com/nektos/act', {
    stamps: (versionOf) => ({ 'main.version': versionOf('github.com/nektos/act').slice(1) }),
  }),
  actionlint: tool('actionlint', 'github.com/rhysd/actionlint/cmd/actionlint'),
  crane: tool('crane', 'github.com/google/go-containerregistry/cmd/crane'),
  buildx: tool('buildx', 'github.com/docker/buildx/cmd/buildx', {
    stamps: (versionOf) => ({
      'github.com/docker/buildx/version.Version': versionOf('github.com/docker/buildx'),
    }),
  }),
  buildkitd: tool('buildkitd', 'github.com/moby/buildkit/cmd/buildkitd', {
    stamps: (versionOf) => ({
      'github.com/moby/buildkit/version.Version': versionOf('github.com/moby/buildkit'),
    }),
  }),
  cosign: cosign('cosign', 'v2'),
  cosign3: cosign('cosign3', 'v3'),
  versitygw: tool('versitygw', 'github.com/versity/versitygw/cmd/versitygw', {
    stamps: (versionOf) => ({ 'main.Version': versionOf('github.com/versity/versitygw') }),
  }),
  gofakes3: tool('gofakes3', 'github.com/johannesboyne/gofakes3/cmd/gofakes3'),
  hull: tool('hull', '.'),
  keeper: tool('keeper', '.'),
  bcrypt: tool('bcrypt', '.'),
  ggcr: tool('ggcr', '.'),
  pause: tool('pause', '.'),
} satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;

export const isToolName = (name: string): name is ToolName => Object.hasOwn(tools, name);

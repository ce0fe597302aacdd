import { describe, expect, test } from '@jest/globals';
import { parseDockerfile } from '../../../lib/domain/dockerfile/instructions.ts';
import { imagesTakenIn } from '../../../lib/domain/dockerfile/taken-in.ts';
import { formatImageRef } from '../../../lib/domain/image-ref.ts';
import { Unhashable } from '../../../lib/domain/source/unhashable.ts';

interface Given {
  readonly args?: Readonly<Record<string, string>>;
  readonly platforms?: readonly string[];
  readonly contexts?: readonly string[];
  readonly target?: string;
}

function images(
  text: string,
  { args = {}, platforms = ['linux/amd64'], contexts = [], target }: Given = {},
): string[] {
  const scopes = platforms.map((platform) => ({
    platform,
    buildPlatform: 'linux/amd64',
    target,
    buildArgs: new Map(Object.entries(args)),
  }));
  return imagesTakenIn(parseDockerfile(text), scopes, contexts)
    .map((ref) => formatImageRef(ref).replace(/^docker\.io\/library\//, ''))
    .toSorted();
}

const digest = `sha256:${'a'.repeat(64)}`;

describe('the images that a build takes in', () => {
  const table: readonly [what: string, text: string, images: readonly string[], given?: Given][] = [
    ['FROM, with the tag that it means', 'FROM node', ['node:latest']],
    ['a digest', `FROM node:24@${digest}`, [`node:24@${digest}`]],
    ['a registry with a port', 'FROM r.test:5000/a/b:1', ['r.test:5000/a/b:1']],
    ['in any case', 'from node:24 as build\ncopy --from=alpine:3 / /', ['alpine:3', 'node:24']],
    ['a platform of its own', 'FROM --platform=$BUILDPLATFORM node:24', ['node:24']],
    ['no stage', 'FROM node:24 AS Base\nFROM base\nCOPY --from=BASE /a /b\nCOPY --from=0 /a /b', ['node:24']],
    ['a stage only once it was there', 'FROM late\nFROM node:24 AS late', ['late:latest', 'node:24']],
    ['not scratch', 'FROM scratch\nCOPY a /', []],
    ['COPY --from', 'FROM scratch\nCOPY --chown=1 --from=alpine:3 --link /a /', ['alpine:3']],
    ['COPY --from of a later stage', 'FROM scratch\nCOPY --from=z /a /\nFROM node:24 AS z', ['node:24']],
    [
      'RUN --mount=from',
      'FROM scratch\nRUN --mount=type=bind,from=go:1,target=/x --mount=type=cache,target=/c make',
      ['go:1'],
    ],
    [
      'RUN --mount in quotes',
      'FROM scratch\nRUN --mount="type=bind,\\"from=go:1\\",target=/x" make',
      ['go:1'],
    ],
    ['RUN with what looks like it', 'FROM scratch\nRUN echo --mount=from=go:1', []],
    ['# syntax', '# syntax=docker/dockerfile:1.7 more\nFROM scratch', ['docker.io/docker/dockerfile:1.7']],
    [
      '# syntax of a mirror',
      '#syntax = r.test/docker/dockerfile:1\nFROM scratch',
      ['r.test/docker/dockerfile:1'],
    ],
    [
      '# syntax after another directive',
      '# check=skip=all\n# syntax=docker/dockerfile:1\nFROM scratch',
      ['docker.io/docker/dockerfile:1'],
    ],
    ['no syntax after a comment', '# hello\n# syntax=docker/dockerfile:1\nFROM scratch', []],
    [
      'no syntax after a space, but an escape',
      ' # syntax=docker/dockerfile:1\n # escape=`\nFROM `\nscratch',
      [],
    ],
    ['no syntax after an empty line', '\n# syntax=docker/dockerfile:1\nFROM scratch', []],
    [
      'a syntax given as an argument',
      '# syntax=docker/dockerfile:1\nFROM scratch',
      ['docker.io/docker/dockerfile:2'],
      { args: { BUILDKIT_SYNTAX: 'docker/dockerfile:2' } },
    ],
    ['an ARG default', 'ARG V=24\nFROM node:$V', ['node:24']],
    ['an ARG given', 'ARG V=24\nFROM node:${V}-slim', ['node:22-slim'], { args: { V: '22' } }],
    ['an argument that is not declared', 'FROM node:${V:-24}', ['node:24'], { args: { V: '22' } }],
    ['a default of a default', 'ARG A=2\nARG B=${A}4\nFROM node:${B}', ['node:24']],
    ['several in one ARG', "ARG A=node B='24' C\nFROM $A:$B$C", ['node:24']],
    ['an ARG of a stage does not count', 'FROM scratch\nARG V=24\nFROM node:${V:-20}', ['node:20']],
    ['${X:+y}, ${X+y}, ${X-y}', 'ARG E=\nARG S=1\nFROM a:${S:+s}${E:+e}${E+f}${E-g}${U-h}', ['a:sfh']],
    ['${X#p}, ${X%p}', 'ARG V=v1.2.3\nFROM a:${V#v}_${V%.*}_${V%%.*}_${V##*.}', ['a:1.2.3_v1.2_v1_3']],
    ['${X/p/y}', 'ARG V=1.2.3\nFROM a:${V/./-}_${V//./-}', ['a:1-2.3_1-2-3']],
    ['quotes', 'ARG V="24"\nFROM "node":\'24\'', ['node:24']],
    [
      'an architecture for each platform',
      'FROM a-$TARGETARCH$TARGETVARIANT',
      ['a-amd64:latest', 'a-armv7:latest'],
      { platforms: ['linux/amd64', 'linux/arm/v7'] },
    ],
    ['the target stage', 'FROM a:$TARGETSTAGE\nFROM b AS last', ['a:last', 'b:latest']],
    [
      'a line that goes on, with comments between',
      'FROM \\\n# FROM no\n\n  node:24 \\  \n AS x',
      ['node:24'],
    ],
    ['another escape', '# escape=`\nFROM `\nnode:24\nRUN dir c:\\\nFROM alpine:3', ['alpine:3', 'node:24']],
    ['an escaped escape ends the line', 'FROM node:24\nRUN a\\\\\nFROM alpine:3', ['alpine:3', 'node:24']],
    [
      'no FROM in a heredoc',
      'FROM scratch\nRUN <<EOF\nFROM no\nEOF\nCOPY <<"A" <<-B /x\nFROM no\nA\n\tFROM no\n\tB\nFROM node:24',
      ['node:24'],
    ],
    ['a heredoc with a space', 'FROM scratch\nRUN cat << EOF\nFROM no\nEOF', []],
    [
      'no heredoc in JSON or in quotes',
      'FROM scratch\nRUN ["sh", "<<EOF"]\nRUN echo "<<EOF"\nFROM node:24',
      ['node:24'],
    ],
    ['a shift is no heredoc', 'FROM scratch\nRUN echo $((1<<2))\nFROM node:24', ['node:24']],
    ['a heredoc behind ONBUILD', 'FROM scratch\nONBUILD RUN <<E\nFROM no\nE', []],
    ['ONBUILD', 'FROM scratch\nONBUILD COPY --from=alpine:3 / /', ['alpine:3']],
    [
      'Windows line ends and a byte order mark',
      '\ufeff# syntax=docker/dockerfile:1\r\nFROM \\\r\nnode:24\r\n',
      ['docker.io/docker/dockerfile:1', 'node:24'],
    ],
    [
      'no named context',
      'FROM node:24\nCOPY --from=docs / /\nCOPY --from=alpine / /',
      ['node:24'],
      { contexts: ['docs', 'docker.io/library/alpine:latest'] },
    ],
    ['ADD of a folder by an ARG', 'FROM scratch\nARG JAR=target/*.jar\nADD ${JAR} /app.jar', []],
    ['ADD with a checksum', `FROM scratch\nADD --checksum=${digest} https://a.test/x.tgz /`, []],
    [
      'ADD of a commit',
      `FROM scratch\nADD https://a.test/x.git#${'b'.repeat(40)}:docs /\nADD git@a.test:x.git?commit=${'b'.repeat(40)} /`,
      [],
    ],
    ['nothing at all', '', []],
  ];
  test.each(table.map((row) => [row[0], row] as const))('%s', (_, [, text, expected, given]) => {
    expect(images(text, given)).toEqual(expected);
  });
});

describe('no source hash, and why', () => {
  const table: readonly [text: string, reason: string, given?: Given][] = [
    [
      'FROM scratch\nADD https://a.test/x.tgz /',
      'ADD https://a.test/x.tgz fetches what may change under the same URL: give it a --checksum',
    ],
    ['FROM scratch\nADD ["a", "https://a.test/x.tgz", "/"]', '--checksum'],
    ['FROM scratch\nARG U=https://a.test/x\nADD $U /', 'ADD $U fetches'],
    ['FROM scratch\nARG U\nADD $U /', 'ADD $U fetches', { args: { U: 'http://a.test/x' } }],
    ['ARG U=https://a.test/x\nFROM scratch\nARG U\nADD $U /', 'ADD $U fetches'],
    ['FROM scratch AS a\nENV U https://a.test/x\nFROM a\nADD $U /', 'ADD $U fetches'],
    ['FROM node\nADD $FROM_BASE /', 'ADD $FROM_BASE may be a URL: the value of FROM_BASE is not known here'],
    [
      'FROM scratch\nADD https://a.test/x.git#main /',
      'ADD https://a.test/x.git#main follows a branch or a tag: name the full commit',
    ],
    ['FROM scratch\nADD git@a.test:x.git /', 'name the full commit'],
    ['FROM scratch\nONBUILD ADD https://a.test/x /', '--checksum'],
    [
      '# syntax=a.test/other/frontend\nanything',
      '`# syntax=a.test/other/frontend` is not a Dockerfile frontend that is known',
    ],
    ['FROM $NONE', 'FROM $NONE names no image with the build-args that are given'],
    ['FROM ${V:?}', 'the Dockerfile asks for V, which is not given'],
    ['ARG V=1\nFROM a:${V@Q}', '`a:${V@Q}` in the Dockerfile cannot be read'],
    ['FROM UPPER', '`UPPER` (FROM) is not the name of an image'],
    ['FROM scratch\nCOPY --from=$A / /', 'COPY --from takes no variable: $A'],
    ['FROM scratch\nRUN <<EOF\nmake', 'the heredoc EOF in the Dockerfile does not end'],
    ['# escape=x\nFROM a', "the Dockerfile's escape `x` is not \\ or `"],
  ];
  test.each(table.map((row) => [row[0], row] as const))('%j', (_, [text, reason, given]) => {
    expect(() => images(text, given)).toThrow(Unhashable);
    expect(() => images(text, given)).toThrow(reason);
  });
});

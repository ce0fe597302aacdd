import { expect, test } from '@jest/globals';
import { parseJunit } from '../../../lib/domain/junit/parse.ts';
import { writeJunit } from '../../../lib/domain/junit/write.ts';

/** As the runners write them, cut to the parts that differ. */
const written = {
  pytest: `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="1" skipped="1" tests="3" time="0.053" hostname="x">
    <testcase classname="test_shop" name="test_buys" time="0.001" />
    <testcase classname="test_shop" name="test_pays" time="0.002"><failure message="AssertionError: assert 500 == 200">def test_pays():
&gt;       assert 500 == 200</failure></testcase>
    <testcase classname="test_shop" name="test_later" time="0.000"><skipped type="pytest.skip" message="later">x.py:3: later</skipped></testcase>
    </testsuite></testsuites>`,
  surefire: `<?xml version="1.0" encoding="UTF-8"?>
    <testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="acme.ShopTest" time="1,234.5" tests="2" errors="1" skipped="0" failures="0">
      <properties><property name="java.version" value="21"/></properties>
      <testcase name="buys" classname="acme.ShopTest" time="1,234.5"/>
      <testcase name="pays" classname="acme.ShopTest" time="0"><error message="refused" type="java.net.ConnectException"><![CDATA[java.net.ConnectException: refused
	at acme.Shop.pay(Shop.java:7)]]></error><system-out><![CDATA[<failure>no</failure>]]></system-out></testcase>
    </testsuite>`,
  nested: `<testsuites><testsuite name="chromium"><testsuite name="shop.spec.ts"><testcase name="buys" time="1.5"></testcase></testsuite></testsuite><testsuite name="firefox"/></testsuites>`,
};

test.each([
  ['pytest', written.pytest, ['test_buys passed', 'test_pays failed', 'test_later skipped']],
  ['surefire: an error is a failure, output is no result', written.surefire, ['buys passed', 'pays failed']],
  ['suites within suites', written.nested, ['buys passed']],
  ['no case at all', '<testsuites tests="12"/>', []],
])('%s', (_, text, expected) => {
  const cases = parseJunit(text);
  if ('unreadable' in cases) throw new Error(cases.unreadable);
  expect(cases.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(expected);
});

test('what failed says why, times are milliseconds whatever the thousands look like', () => {
  expect(parseJunit(written.pytest)).toMatchObject({
    1: { group: 'test_shop', took: 2, message: expect.stringMatching(/^AssertionError: .*\n.*assert 500/s) },
  });
  expect(parseJunit(written.surefire)).toMatchObject({
    0: { took: 1_234_500 },
    1: { message: expect.stringContaining('at acme.Shop.pay') },
  });
});

test.each([
  ['<testsuites', /^it is not XML: /],
  ['', /^it is not XML: /],
  ['{"tests": 3}', /^it is not XML: /],
  ['<html><body>502</body></html>', /^it is not JUnit: its root is html/],
  // Neither files nor the network are read for a report, nor is memory filled by it.
  ['<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite>&x;</testsuite>', /^it is not XML: /],
])('not a report: %s', (text, expected) => {
  expect(parseJunit(text)).toEqual({ unreadable: expect.stringMatching(expected) });
});

test('what is written is read again, whatever is in it', () => {
  const cases = [
    { name: 'a "quoted" <name> & more', group: 'smoke-test.http', outcome: 'passed', took: 12, message: '' },
    { name: 'later', group: '', outcome: 'skipped', took: 0, message: '' },
    {
      name: 'bad',
      group: 'smoke-test.tcp',
      outcome: 'failed',
      took: 1_500,
      message: 'refused ]]> \u0007\nat a < b',
    },
  ] as const;
  const read = parseJunit(writeJunit([{ name: 'all & more', cases }]));
  const message = 'refused ]]> ·\nrefused ]]> ·\nat a < b';
  expect(read).toEqual([cases[0], cases[1], { ...cases[2], message }]);
});

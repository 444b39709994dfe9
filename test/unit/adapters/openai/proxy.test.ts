// Which way a request goes, by the variables of the environment.
import { equal } from 'node:assert/strict';
import { routeTo } from '../../../../server/adapters/openai/proxy.ts';

const P = 'http://proxy:3128';

describe('the way of a request', () => {
  const cases: [url: string, env: Record<string, string>, way: string][] = [
    ['https://a.example/v1', {}, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P }, 'http://proxy:3128/'],
    ['https://a.example/v1', { https_proxy: 'http://lower:1', HTTPS_PROXY: P }, 'http://lower:1/'],
    ['https://a.example/v1', { HTTP_PROXY: P }, 'direct'],
    ['http://a.example/v1', { HTTP_PROXY: P }, 'http://proxy:3128/'],
    ['http://a.example/v1', { HTTPS_PROXY: P }, 'direct'],
    ['https://a.example/v1', { ALL_PROXY: P }, 'http://proxy:3128/'],
    ['http://a.example/v1', { all_proxy: 'proxy:3128' }, 'http://proxy:3128/'],
    ['https://a.example/v1', { HTTPS_PROXY: 'https://u:p@proxy' }, 'https://u:p@proxy/'],
    ['https://a.example/v1', { HTTPS_PROXY: ' ' }, 'direct'],
    ['https://a.example/v1', { ALL_PROXY: 'socks5://proxy:1080' }, 'unusable: socks5'],
    ['https://a.example/v1', { HTTPS_PROXY: 'http://' }, 'unusable: no URL'],
    ['http://127.0.0.1:11434/v1', { HTTP_PROXY: P }, 'direct'],
    ['http://[::1]:1234/v1', { HTTP_PROXY: P }, 'direct'],
    ['http://localhost:1234/v1', { ALL_PROXY: P }, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P, NO_PROXY: '*' }, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P, NO_PROXY: 'b.example, example' }, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P, NO_PROXY: '.example' }, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P, no_proxy: '*.example' }, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P, NO_PROXY: 'ample' }, 'http://proxy:3128/'],
    ['https://a.example/v1', { HTTPS_PROXY: P, NO_PROXY: 'a.example:443' }, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P, NO_PROXY: 'a.example:8443' }, 'http://proxy:3128/'],
    ['https://10.1.2.3/v1', { HTTPS_PROXY: P, NO_PROXY: '10.0.0.0/8' }, 'direct'],
    ['https://11.1.2.3/v1', { HTTPS_PROXY: P, NO_PROXY: '10.0.0.0/8' }, 'http://proxy:3128/'],
    ['https://[fd00::1]/v1', { HTTPS_PROXY: P, NO_PROXY: '[fd00::1]' }, 'direct'],
    ['https://a.example/v1', { HTTPS_PROXY: P, NO_PROXY: ',,' }, 'http://proxy:3128/'],
  ];
  for (const [url, env, way] of cases)
    it(`${url} with ${JSON.stringify(env)}: ${way}`, () => {
      const route = routeTo(new URL(url), env);
      if (route.type === 'unusable')
        equal(way.startsWith('unusable: ') && route.words.includes(way.slice(10)), true, route.words);
      else equal(route.type === 'proxy' ? route.url.href : route.type, way);
    });
});

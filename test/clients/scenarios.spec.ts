import { Outcomes, scenarioNames } from './scenarios.js';
import { StandaloneServer } from './standalone.js';

let server: StandaloneServer;
let outcomes: Outcomes;

beforeAll(async () => {
  server = await StandaloneServer.start();
  outcomes = await Outcomes.of(server.url, 110_000);
}, 120_000);

afterAll(async () => {
  expect(await server.stop()).toBe(0);
  await server.dispose();
});

it.each(scenarioNames)('%s', async (name) => {
  expect(await outcomes.faultOf(name)).toBeUndefined();
});

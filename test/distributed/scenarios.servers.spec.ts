/** All scenarios of the JavaScript client on four processes, Kafka and MongoDB. */
import { Outcomes, scenarioNames } from '../clients/scenarios.js';
import { describeWithServers, Installation } from './harness.js';

describeWithServers('the scenarios on Kafka and MongoDB', () => {
  const installation = new Installation();
  let outcomes: Outcomes;

  beforeAll(async () => {
    await installation.start();
    outcomes = await Outcomes.of(installation.url, 230_000);
  }, 300_000);

  afterAll(async () => {
    expect(await installation.stop()).toBe(0);
  }, 60_000);

  it.each(scenarioNames)('%s', async (name) => {
    expect(await outcomes.faultOf(name)).toBeUndefined();
  });
});

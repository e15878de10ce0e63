// mocha's dots; with SPOKELINE_TEST_COUNTS it also appends `passed failed` of the lane to that file. A test that had a
// second try (--retries) is named with what failed at the first: it hangs on time or order, and is to be mended.
const { appendFileSync } = require('node:fs');
const { Runner, reporters } = require('mocha');

module.exports = class Reporter extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    const again = [];
    runner.on(Runner.constants.EVENT_TEST_RETRY, (test, error) => {
      again.push(`tried again: ${test.fullTitle()}\n${error.stack ?? error.message}\n`);
    });
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      for (const text of again) console.log(text);
      const file = process.env.SPOKELINE_TEST_COUNTS;
      if (file) appendFileSync(file, `${this.stats.passes} ${this.stats.failures}\n`);
    });
  }
};

// mocha's dots; with SPOKELINE_TEST_COUNTS it also appends `passed failed` of the lane to that file.
const { appendFileSync } = require('node:fs');
const { Runner, reporters } = require('mocha');

module.exports = class Reporter extends reporters.Dot {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const file = process.env.SPOKELINE_TEST_COUNTS;
      if (file) appendFileSync(file, `${this.stats.passes} ${this.stats.failures}\n`);
    });
  }
};

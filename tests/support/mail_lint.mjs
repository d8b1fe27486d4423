// Reads mails as HTML, given as JSON {name: html} on standard input, and prints what is wrong as
// JSON: {name: {unsupported: {title: [clients]}, broken: [rule and line]}}.
// usage: node mail_lint.mjs <folder that holds node_modules>
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const folder = createRequire(pathToFileURL(`${process.argv[2]}/`));
const load = (name, file) => import(pathToFileURL(folder.resolve(`./node_modules/${name}/${file}`)));
const { caniemail } = await load("caniemail", "dist/index.js");
const { HtmlValidate } = folder("html-validate");

const CLIENTS = ["gmail.*", "apple-mail.*", "outlook.*", "yahoo.*"];
const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // what mail programs need and web pages should not have
    "no-deprecated-attr": "off",
    "no-inline-style": "off",
    "attribute-boolean-style": "off",
    "doctype-style": "off",
    "long-title": "off",
    "prefer-native-element": "off",
    "prefer-tbody": "off",
    "no-trailing-whitespace": "off",
  },
});
const told = {};
for (const [name, html] of Object.entries(JSON.parse(readFileSync(0, "utf8")))) {
  const unsupported = {};
  for (const [client, issues] of caniemail({ clients: CLIENTS, html }).issues.errors) {
    for (const issue of issues) (unsupported[issue.title] ??= []).push(client);
  }
  const report = await validator.validateString(html);
  const messages = report.results.flatMap((result) => result.messages);
  told[name] = { unsupported, broken: messages.map((m) => `${m.ruleId} ${m.line}: ${m.message}`) };
}
process.stdout.write(JSON.stringify(told));

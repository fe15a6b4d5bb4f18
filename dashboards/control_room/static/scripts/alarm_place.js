// What the list of alarms needs beside the alarms: names, limits, time left, groups with their calls, people.

import { all, get } from "./api.js";
import { bindFilters } from "./alarm_filters.js";
import { groups } from "./alarm_groups.js";
import { loadRules } from "./rules.js";
import { collator, language, t } from "./words.js";

const isChinese = language.startsWith("zh");

export class Place {
  // `list`: the AlarmList.
  constructor(who, zone, list) {
    Object.assign(this, { who, zone, list, me: who.account, people: [] });
    this.assets = new Map();
    this.sites = new Map(who.sites.map((one) => [one.site, one]));
    this.groups = new Map(); // by id of an alarm
    this.left = new Map(); // by asset: seconds
    this.rests = [];
    this.channels = 0;
  }

  // What changes seldom. Whatever this account may not see is left out. `known`: something is known now.
  async learn(known) {
    const may = (path) => all(path).then((found) => found.items, () => []);
    const [assets, people, channels] = await Promise.all([may("/assets"), may("/people"), may("/channels"), loadRules().catch(() => null)]);
    this.assets = new Map(assets.map((one) => [one.asset, one]));
    this.people = people.sort((a, b) => collator.compare(this.personName(a), this.personName(b)));
    const own = people.find((one) => one.id === this.who.account);
    if (own) this.me = own.name_en || own.name_zh || own.id;
    this.channels = channels.filter((one) => !one.retired).length;
    bindFilters.fill(this);
    known();
    await Promise.all([this.learnCalls(), this.learnTimeLeft(), this.learnRests()].map((one) => one.then(known)));
  }

  async learnCalls() {
    this.groups = await groups();
  }

  async learnTimeLeft() {
    const { items } = await get("/time-left").catch(() => ({ items: [] }));
    this.left.clear();
    for (const { asset, lowest_s: lowest } of items) {
      if (lowest !== null && !(this.left.get(asset) <= lowest)) this.left.set(asset, lowest);
    }
  }

  async learnRests() {
    this.rests = (await all("/out-of-service").catch(() => ({ items: [] }))).items;
  }

  may(action) {
    return this.who.actions.includes(action);
  }

  assetName(id) {
    return (id ?? "").split(", ").map((one) => this.assets.get(one)?.name || one).join(", ");
  }

  siteName(id) {
    return this.sites.get(id)?.name || id || "";
  }

  personName(one) {
    return (isChinese ? one.name_zh || one.name_en : one.name_en || one.name_zh) || one.id;
  }

  group(alarm) {
    return this.groups.get(alarm.id) ?? null;
  }

  // The rest of the same happening, as far as the list has it.
  others(alarm) {
    return (this.group(alarm)?.alarms ?? []).filter((id) => id !== alarm.id).map((id) => this.list.alarms.get(id)).filter(Boolean);
  }

  alarm(id) {
    return this.list.alarms.get(id) ?? null;
  }

  timeLeft(asset) {
    return this.left.get(asset) ?? null;
  }

  query() {
    return location.search;
  }

  calm() {
    return this.channels ? t("No alarm needs anybody. {n} channels are watched.", { n: this.channels }) : t("No alarm needs anybody. No channel is watched yet: see the set-up.");
  }
}

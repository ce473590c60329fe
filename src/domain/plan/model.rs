//! The problem compiled for the search: merged segments, dense positions, options numbered per rule.

use super::choice::PlanChoice;
use super::presolve::Windows;
use super::problem::{PlanRule, Problem};

/// Positions of `sched-opt/1` made dense; see [`ModelRule`].
#[derive(Clone, Debug)]
pub struct Model {
    /// Slots of the horizon.
    pub horizon: usize,
    /// Number of hosts.
    pub hosts: usize,
    /// Number of resources.
    pub resources: usize,
    /// Capacity by `host * resources + resource`.
    pub capacity: Vec<f64>,
    /// Weight of a squared load in `balance`, in the same order; 0 where it does not count.
    pub square_weight: Vec<f64>,
    /// Constant that `balance` subtracts.
    pub square_offset: f64,
    /// All rules, in the order of the problem.
    pub rules: Vec<ModelRule>,
    /// Rules with more than one option.
    pub movable: Vec<usize>,
    /// Number of distinct tags that two rules or more share.
    pub tags: usize,
    /// Precedences: the rule before, the rule after, the least difference of their shifts.
    pub ordered: Vec<(usize, usize, i64)>,
    /// Idle energy of the slots before a slot, watt-slot-cents, per host and over three turns.
    pub idle_energy: Vec<Vec<f64>>,
    /// Load up to which `efficiency` charges nothing, by `host * resources + resource`.
    pub target: Vec<f64>,
}

/// One rule. Option `k` is shift `lowest + k % width` on host `hosts[k / width]`.
#[derive(Clone, Debug)]
pub struct ModelRule {
    /// Slots occupied at shift `lowest`, as stretches of equal multiplicity.
    pub segments: Vec<Segment>,
    /// Stretches of slots that any option touches.
    pub ranges: Vec<Range>,
    /// Entries of the prefix-sum buffer over all ranges.
    pub buffer_length: usize,
    /// Least shift.
    pub lowest: i64,
    /// Number of shifts.
    pub width: usize,
    /// Hosts it may use.
    pub hosts: Vec<usize>,
    /// Resources it asks for, and how much.
    pub demand: Vec<(usize, f64)>,
    /// Its tags.
    pub tags: Vec<usize>,
    /// Rules before it, and the least difference of the shifts.
    pub before: Vec<(usize, i64)>,
    /// Rules after it, and the least difference of the shifts.
    pub after: Vec<(usize, i64)>,
    /// Option of the wanted time and host, where it is allowed.
    pub home: Option<usize>,
    /// Minutes of displacement and migration weighted as `conflict` does, per option.
    pub displacement: Vec<f64>,
    /// Watt-slot-cents of the rule itself, per shift.
    pub energy: Vec<f64>,
    /// Work that evaluating all options costs.
    pub work: u64,
}

/// Slots `start..start + length` (unrolled) at shift `lowest`, where `multiplicity` occurrences overlap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment {
    /// First slot, in `0..horizon`.
    pub start: usize,
    /// Number of slots.
    pub length: usize,
    /// Occurrences that overlap here.
    pub multiplicity: f64,
    /// Where the prefix sums of the segment begin in the buffer.
    pub offset: usize,
}

/// Slots that segments of one multiplicity can touch; `first` is in `0..horizon`, the end may pass it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// First slot.
    pub first: usize,
    /// Number of slots.
    pub length: usize,
    /// Multiplicity of the segments in it.
    pub multiplicity: f64,
    /// Where its `length + 1` prefix sums begin.
    pub offset: usize,
}

impl ModelRule {
    /// Number of options.
    pub fn options(&self) -> usize {
        self.width * self.hosts.len()
    }

    /// Shift and host of an option.
    pub fn decode(&self, option: usize) -> (i64, usize) {
        (self.lowest + (option % self.width) as i64, self.hosts[option / self.width])
    }

    /// Option of a shift and host, where it is one.
    pub fn encode(&self, delta: i64, host: usize) -> Option<usize> {
        let position = self.hosts.iter().position(|&own| own == host)?;
        let step = usize::try_from(delta - self.lowest).ok()?;
        (step < self.width).then_some(position * self.width + step)
    }

    /// The slots of an option, as `(first, length, multiplicity)`; the end may pass the horizon.
    pub fn stretches(&self, step: usize) -> impl Iterator<Item = (usize, usize, f64)> + '_ {
        self.segments.iter().map(move |segment| (segment.start + step, segment.length, segment.multiplicity))
    }
}

impl Model {
    /// Compiles a validated problem under `windows`.
    pub fn new(problem: &Problem, windows: &Windows) -> Model {
        let resources = problem.resources.len();
        let cells = problem.hosts.len() * resources;
        let capacities = problem.hosts.iter().flat_map(|host| host.capacity.iter());
        let capacity: Vec<i64> = capacities.copied().collect();
        // A tag of one rule excludes nothing.
        let shared = problem.members_by_tag().into_iter().filter(|(_, members)| members.len() > 1);
        let tag_names: Vec<&str> = shared.map(|(tag, _)| tag).collect();
        let mut model = Model {
            horizon: problem.horizon_slots as usize,
            hosts: problem.hosts.len(),
            resources,
            square_weight: vec![0.0; cells],
            square_offset: 0.0,
            rules: Vec::with_capacity(problem.rules.len()),
            movable: Vec::new(),
            tags: tag_names.len(),
            ordered: Vec::new(),
            idle_energy: problem.hosts.iter().map(|host| idle_energy(problem, host.idle_w)).collect(),
            target: capacity.iter().map(|&units| (units * problem.target_util_pct / 100) as f64).collect(),
            capacity: capacity.iter().map(|&units| units as f64).collect(),
        };
        for (position, rule) in problem.rules.iter().enumerate() {
            let (low, high) = (windows.low[position], windows.high[position]);
            let mut tags: Vec<usize> =
                rule.tags.iter().filter_map(|tag| tag_names.binary_search(&tag.as_str()).ok()).collect();
            tags.sort_unstable();
            tags.dedup();
            model.rules.push(compile(problem, rule, low, high, tags));
        }
        for precedence in &problem.precedences {
            let gap = problem.precedence_gap(precedence);
            let (before, after) = (precedence.before, precedence.after);
            model.rules[after].before.push((before, gap));
            model.rules[before].after.push((after, gap));
            model.ordered.push((before, after, gap));
        }
        model.movable = (0..model.rules.len()).filter(|&rule| model.rules[rule].options() > 1).collect();
        model.weigh_squares(problem);
        model
    }

    fn weigh_squares(&mut self, problem: &Problem) {
        let horizon = self.horizon as f64;
        let volume = |resource: usize| -> f64 {
            let of = |rule: &PlanRule| {
                rule.demand[resource] as f64 * rule.duration as f64 * rule.wanted.len() as f64
            };
            problem.rules.iter().map(of).sum()
        };
        let total = |resource: usize| -> f64 {
            let of = |host: usize| self.capacity[host * self.resources + resource];
            (0..self.hosts).map(of).sum()
        };
        let active: Vec<usize> =
            (0..self.resources).filter(|&resource| volume(resource) > 0.0 && total(resource) > 0.0).collect();
        let scale = 1e4 / active.len().max(1) as f64;
        let mut offset = 0.0;
        let mut weights = vec![0.0; self.capacity.len()];
        for &resource in &active {
            let mean = volume(resource) / (horizon * total(resource));
            offset += scale * mean * mean;
            for host in 0..self.hosts {
                let cell = host * self.resources + resource;
                if self.capacity[cell] > 0.0 {
                    weights[cell] = scale / (horizon * self.capacity[cell] * total(resource));
                }
            }
        }
        self.square_weight = weights;
        self.square_offset = offset;
    }

    /// Rules that share a tag or a precedence with `rule`, ascending.
    pub fn neighbours(&self, rule: usize) -> Vec<usize> {
        let own = &self.rules[rule];
        let ordered = own.before.iter().chain(&own.after).map(|&(other, _)| other);
        let mut neighbours: Vec<usize> = ordered.collect();
        if !own.tags.is_empty() {
            let mates = (0..self.rules.len()).filter(|&other| {
                other != rule && self.rules[other].tags.iter().any(|tag| own.tags.contains(tag))
            });
            neighbours.extend(mates);
        }
        neighbours.sort_unstable();
        neighbours.dedup();
        neighbours
    }

    /// The plan of one option per rule.
    pub fn choice(&self, options: &[usize]) -> PlanChoice {
        let decoded = self.rules.iter().zip(options).map(|(rule, &option)| rule.decode(option));
        let (delta, host) = decoded.unzip();
        PlanChoice { delta, host }
    }
}

/// Prefix sums of price times power over three turns.
fn idle_energy(problem: &Problem, power: i64) -> Vec<f64> {
    let mut sum = 0.0;
    let mut prefix = vec![0.0];
    for _ in 0..3 {
        prefix.extend(problem.price.iter().map(|&price| {
            sum += (price * power) as f64;
            sum
        }));
    }
    prefix
}

fn compile(problem: &Problem, rule: &PlanRule, low: i64, high: i64, tags: Vec<usize>) -> ModelRule {
    let horizon = problem.horizon_slots as usize;
    let width = (high - low + 1).max(1) as usize;
    let mut hosts = usable_hosts(problem, rule);
    hosts.sort_unstable();
    hosts.dedup();
    let mut segments = segments(problem, rule, low);
    let (ranges, buffer_length) = ranges(&mut segments, width, horizon);
    let demand: Vec<(usize, f64)> = rule
        .demand
        .iter()
        .enumerate()
        .filter(|&(_, &units)| units > 0)
        .map(|(resource, &units)| (resource, units as f64))
        .collect();
    let occurrences = rule.wanted.len() as f64;
    let weight = rule.priority as f64 * occurrences;
    let slot_minutes = problem.slot_minutes as f64;
    let mut displacement = Vec::with_capacity(width * hosts.len());
    for &host in &hosts {
        let migration = if host == rule.host { 0 } else { rule.migrate_minutes };
        displacement.extend(
            (0..width as i64)
                .map(|step| weight * (slot_minutes * (low + step).abs() as f64 + migration as f64)),
        );
    }
    let energy = energy(problem, rule, &segments, width);
    let work = hosts.len() * (buffer_length * (demand.len() + 1) + width * (segments.len() + 4));
    let mut compiled = ModelRule {
        segments,
        ranges,
        buffer_length,
        lowest: low,
        width,
        hosts,
        demand,
        tags,
        before: Vec::new(),
        after: Vec::new(),
        home: None,
        displacement,
        energy,
        work: work as u64 + 40,
    };
    compiled.home = compiled.encode(0, rule.host);
    compiled
}

/// Eligible hosts that have every resource the rule asks for; all eligible ones where none has.
fn usable_hosts(problem: &Problem, rule: &PlanRule) -> Vec<usize> {
    let has_all = |host: &usize| {
        let capacity = &problem.hosts[*host].capacity;
        rule.duration == 0 || rule.demand.iter().zip(capacity).all(|(&units, &has)| units == 0 || has > 0)
    };
    let usable: Vec<usize> = rule.hosts.iter().copied().filter(has_all).collect();
    if usable.is_empty() { rule.hosts.clone() } else { usable }
}

/// Stretches of equal multiplicity at shift `low`, in the order of their start.
fn segments(problem: &Problem, rule: &PlanRule, low: i64) -> Vec<Segment> {
    let horizon = problem.horizon_slots;
    if rule.duration == 0 {
        return Vec::new();
    }
    // Ends and starts on the circle; a stretch past the horizon is cut there and joined again below.
    let mut edges: Vec<(i64, f64)> = Vec::new();
    for &wanted in &rule.wanted {
        let start = (wanted + low).rem_euclid(horizon);
        let end = start + rule.duration;
        edges.push((start, 1.0));
        if end > horizon {
            edges.extend([(horizon, -1.0), (0, 1.0), (end - horizon, -1.0)]);
        } else {
            edges.push((end, -1.0));
        }
    }
    edges.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let mut pieces: Vec<Segment> = Vec::new();
    let (mut multiplicity, mut from): (f64, i64) = (0.0, 0);
    for (slot, change) in edges {
        if slot > from && multiplicity > 0.0 {
            let start = from as usize;
            let length = (slot - from) as usize;
            match pieces.last_mut() {
                Some(last) if last.start + last.length == start && last.multiplicity == multiplicity => {
                    last.length += length;
                }
                _ => pieces.push(Segment { start, length, multiplicity, offset: 0 }),
            }
        }
        from = slot;
        multiplicity += change;
    }
    if pieces.len() > 1 {
        let (first, last) = (pieces[0], pieces[pieces.len() - 1]);
        let meets = first.start == 0 && last.start + last.length == horizon as usize;
        if meets && first.multiplicity == last.multiplicity {
            pieces[0].start = last.start;
            pieces[0].length += last.length;
            pieces.pop();
            pieces.rotate_left(1);
        }
    }
    pieces
}

/// Ranges the segments can touch; sets the segments' offsets. Segments of one multiplicity whose reaches
/// overlap share a range, so that a slot is evaluated once for all of them.
fn ranges(segments: &mut [Segment], width: usize, horizon: usize) -> (Vec<Range>, usize) {
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&segments[a], &segments[b]);
        a.multiplicity.total_cmp(&b.multiplicity).then(a.start.cmp(&b.start))
    });
    let mut ranges: Vec<Range> = Vec::new();
    let mut used = 0;
    for index in order {
        let segment = segments[index];
        let reach = segment.start + width - 1 + segment.length;
        let joins = ranges.last().is_some_and(|range| {
            range.multiplicity == segment.multiplicity
                && segment.start <= range.first + range.length
                && segment.start >= range.first
        });
        if joins && let Some(range) = ranges.last_mut() {
            range.length = range.length.max(reach - range.first);
            segments[index].offset = range.offset + (segment.start - range.first);
            used = range.offset + range.length + 1;
        } else {
            ranges.push(Range {
                first: segment.start % horizon,
                length: reach - segment.start,
                multiplicity: segment.multiplicity,
                offset: used,
            });
            segments[index].offset = used;
            used += reach - segment.start + 1;
        }
    }
    (ranges, used)
}

/// Energy of the rule itself, per shift.
fn energy(problem: &Problem, rule: &PlanRule, segments: &[Segment], width: usize) -> Vec<f64> {
    let horizon = problem.horizon_slots as usize;
    let mut prefix = Vec::with_capacity(horizon + 1);
    let mut sum = 0.0;
    prefix.push(0.0);
    for &price in &problem.price {
        sum += price as f64;
        prefix.push(sum);
    }
    let up_to = |slot: usize| (slot / horizon) as f64 * sum + prefix[slot % horizon];
    let of_step = |step: usize| {
        let slots = segments.iter().map(|segment| {
            let first = segment.start + step;
            segment.multiplicity * (up_to(first + segment.length) - up_to(first))
        });
        slots.sum::<f64>() * rule.power_w as f64
    };
    (0..width).map(of_step).collect()
}

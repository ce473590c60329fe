//! A tree over the options of decisive rules: a level that rules split over their options can keep is refuted when
//! each half of some rule's options refutes it.

use super::model::Model;
use super::relaxation::Relaxation;

/// Payment of rules that touch no row with a price: they are halved last.
const NEARLY_NOTHING: f64 = 1e-9;

/// The path to the node being tried. `charges` are 0, or infinity for options that a node leaves out, per rule.
#[derive(Clone, Debug)]
pub struct Halving {
    /// Charges of the node being tried.
    pub charges: Vec<Vec<f64>>,
    path: Vec<Step>,
}

/// One rule halved on the way to a node.
#[derive(Clone, Debug)]
struct Step {
    rule: usize,
    /// Its charges before.
    whole: Vec<f64>,
    /// Its charges in the half that is still to be tried.
    other: Option<Vec<f64>>,
}

impl Halving {
    /// A tree of one node, with all that `charges` allow.
    pub fn new(charges: Vec<Vec<f64>>) -> Halving {
        Halving { charges, path: Vec::new() }
    }

    /// Leaves the node as refuted for the next one; whether there is one.
    pub fn leave(&mut self) -> bool {
        while let Some(step) = self.path.last_mut() {
            if let Some(other) = step.other.take() {
                self.charges[step.rule] = other;
                return true;
            }
            self.charges[step.rule] = std::mem::take(&mut step.whole);
            self.path.pop();
        }
        false
    }

    /// Halves the options of a rule that is split and pays much at the `slopes` of the rows; whether there is one.
    pub fn halve(&mut self, model: &Model, relaxation: &Relaxation<'_>, slopes: &[f64]) -> bool {
        let mut best: Option<(f64, usize)> = None;
        for &rule in &model.movable {
            let squares: f64 = relaxation.weights(rule).iter().map(|(_, weight)| weight * weight).sum();
            if squares > 1.0 - 1e-6 {
                continue;
            }
            let gain = (1.0 - squares) * (payment(model, relaxation, rule, slopes) + NEARLY_NOTHING);
            if best.is_none_or(|(most, _)| gain > most) {
                best = Some((gain, rule));
            }
        }
        let Some((_, rule)) = best else { return false };
        let whole = self.charges[rule].clone();
        let mut weights = vec![0.0; whole.len()];
        relaxation.weights(rule).iter().for_each(|&(option, weight)| weights[option] += weight);
        let mut sum = 0.0;
        // Options are in the order of hosts and shifts: cut where the weights are halved best.
        let (mut cut, mut unevenness) = (1, f64::INFINITY);
        for (option, weight) in weights.iter().enumerate().take(whole.len() - 1) {
            sum += weight;
            let has_both = whole[..=option].iter().any(|charge| charge.is_finite())
                && whole[option + 1..].iter().any(|charge| charge.is_finite());
            if has_both && (sum - 0.5).abs() < unevenness {
                (cut, unevenness) = (option + 1, (sum - 0.5).abs());
            }
        }
        let half = |keeps: &dyn Fn(usize) -> bool| -> Vec<f64> {
            let options = whole.iter().enumerate();
            options.map(|(option, &charge)| if keeps(option) { charge } else { f64::INFINITY }).collect()
        };
        let (first, second) = (half(&|option| option < cut), half(&|option| option >= cut));
        let is_possible = |half: &[f64]| half.iter().any(|charge| charge.is_finite());
        if !is_possible(&first) || !is_possible(&second) {
            return false;
        }
        let lies_before = weights[..cut].iter().sum::<f64>() > 0.5;
        // The lighter half is refuted more easily, and its trial is of use to none after it.
        let (now, later) = if lies_before { (second, first) } else { (first, second) };
        self.charges[rule] = now;
        self.path.push(Step { rule, whole, other: Some(later) });
        true
    }
}

/// What a rule pays for the rows that it loads.
fn payment(model: &Model, relaxation: &Relaxation<'_>, rule: usize, slopes: &[f64]) -> f64 {
    let mut paid = 0.0;
    for &(option, weight) in relaxation.weights(rule) {
        relaxation
            .rows
            .for_each_entry(model, rule, option, |row, units| paid += weight * units * slopes[row]);
    }
    paid
}

//! What two sequences have in common.

/// Most cells of the table that compares what stands between equal ends; beyond it, nothing between them is matched.
const MAX_CELLS: usize = 4_000_000;

/// A longest common subsequence as pairs of indexes, ascending on both sides.
pub fn common<T: PartialEq>(before: &[T], after: &[T]) -> Vec<(usize, usize)> {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let rest = (&before[start..], &after[start..]);
    let end = rest
        .0
        .iter()
        .rev()
        .zip(rest.1.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let middle = between(&rest.0[..rest.0.len() - end], &rest.1[..rest.1.len() - end]);
    let mut pairs: Vec<(usize, usize)> = (0..start).map(|index| (index, index)).collect();
    pairs.extend(middle.into_iter().map(|(a, b)| (a + start, b + start)));
    pairs.extend(
        (0..end)
            .rev()
            .map(|back| (before.len() - 1 - back, after.len() - 1 - back)),
    );
    pairs
}

/// The textbook table: each cell holds how much the two tails that start there have in common.
fn between<T: PartialEq>(before: &[T], after: &[T]) -> Vec<(usize, usize)> {
    let width = after.len() + 1;
    if before.len().saturating_mul(after.len()) > MAX_CELLS {
        return Vec::new();
    }
    let mut table = vec![0u32; (before.len() + 1) * width];
    for a in (0..before.len()).rev() {
        for b in (0..after.len()).rev() {
            table[a * width + b] = if before[a] == after[b] {
                table[(a + 1) * width + b + 1] + 1
            } else {
                table[(a + 1) * width + b].max(table[a * width + b + 1])
            };
        }
    }
    let (mut a, mut b) = (0, 0);
    let mut pairs = Vec::new();
    while a < before.len() && b < after.len() {
        if before[a] == after[b] {
            pairs.push((a, b));
            (a, b) = (a + 1, b + 1);
        } else if table[(a + 1) * width + b] >= table[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    pairs
}

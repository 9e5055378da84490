/// A learning rate for each step, counted from 0.
///
/// ```swift
/// import PullbackLearning
///
/// let schedule = Schedule.warmup(steps: 2, then: .cosine(from: 0.1, steps: 4))
/// print((0..<6).map { (schedule($0) * 1000).rounded() / 1000 })  // [0.05, 0.1, 0.1, 0.085, 0.05, 0.015]
/// ```
public struct Schedule: Sendable {
  private let rate: @Sendable (Int) -> Double

  /// A schedule of your own.
  public init(_ rate: @escaping @Sendable (_ step: Int) -> Double) { self.rate = rate }

  /// The learning rate of a step.
  public func callAsFunction(_ step: Int) -> Double { rate(step) }

  /// Always the same rate.
  ///
  /// ```swift
  /// let schedule = Schedule.constant(0.1)
  /// print(schedule(0), schedule(100))  // 0.1 0.1
  /// ```
  public static func constant(_ rate: Double) -> Schedule { Schedule { _ in rate } }

  /// Half a cosine wave from `initial`, at step 0, to `final`, from `steps` on.
  ///
  /// ```swift
  /// let schedule = Schedule.cosine(from: 1, steps: 10)
  /// print(schedule(0), schedule(5), schedule(10))  // 1.0 0.5 0.0
  /// ```
  public static func cosine(from initial: Double, to final: Double = 0, steps: Int) -> Schedule {
    Schedule { step in
      let progress = Swift.min(1, Double(step) / Double(Swift.max(1, steps)))
      return final + (initial - final) * (1 + .cosine(of: .pi * progress)) / 2
    }
  }

  /// A rate that is multiplied by `factor` every so many steps.
  ///
  /// ```swift
  /// let schedule = Schedule.steps(from: 1, every: 10, factor: 0.5)
  /// print(schedule(9), schedule(10), schedule(20))  // 1.0 0.5 0.25
  /// ```
  public static func steps(from initial: Double, every interval: Int, factor: Double = 0.1) -> Schedule {
    Schedule { step in
      (0..<step / Swift.max(1, interval)).reduce(initial) { rate, _ in rate * factor }
    }
  }

  /// A straight rise to another schedule's first rate over so many steps, then that schedule.
  ///
  /// ```swift
  /// let schedule = Schedule.warmup(steps: 4, then: .constant(1))
  /// print((0..<6).map { schedule($0) })  // [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
  /// ```
  public static func warmup(steps: Int, then schedule: Schedule) -> Schedule {
    Schedule { step in
      step < steps ? schedule(0) * Double(step + 1) / Double(steps) : schedule(step - steps)
    }
  }
}

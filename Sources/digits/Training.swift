import Pullback
import PullbackLearning

/// What an epoch came to.
struct Epoch {
  /// The mean over the epoch's batches.
  let trainingLoss: Double
  let testLoss: Double
}

/// Minibatch gradient descent with momentum; prints a line for each epoch.
func train(
  _ network: inout Network, on training: Dataset, testedWith test: Dataset, epochs: Int,
  using generator: inout PhiloxGenerator
) -> [Epoch] {
  let batchSize = 32
  let batchCount = (training.count + batchSize - 1) / batchSize
  let schedule = Schedule.cosine(from: 0.1, steps: epochs * batchCount)
  var optimizer = SGD(learningRate: 0.1, momentum: 0.9)
  var step = 0
  return (1...epochs).map { epoch in
    let label = "epoch \("\(epoch)".padded(left: "\(epochs)".count))/\(epochs)"
    var bar = ProgressBar(label, total: batchCount)
    var sum = 0.0
    for batch in training.batches(of: batchSize, shuffledUsing: &generator) {
      let images = varied(batch.inputs, using: &generator)
      let loss = network.loss(Dataset(inputs: images, targets: batch.targets))
      optimizer.learningRate = schedule(step)
      optimizer.update(&network, with: loss.backward())
      sum += loss.item() * Double(batch.count)
      step += 1
      bar.advance()
    }
    let result = Epoch(
      trainingLoss: sum / Double(training.count), testLoss: withoutRecording { network.loss(test).item() })
    let accuracy = (network.accuracy(on: test) * 100).fixed(2)
    bar.finish("\(label)  loss \(result.trainingLoss.fixed(4))  test accuracy \(accuracy.padded(left: 6)) %")
    return result
  }
}

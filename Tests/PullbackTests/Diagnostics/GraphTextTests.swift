import Testing

@testable import Pullback

@Suite struct GraphTextTests {
  private static func graph() -> (y: Tensor, names: [String: Tensor]) {
    let x = Tensor(2).requiringGradient()
    let h = named("outer") { named("in\"ner") { x * x } + x }
    let y = h * 3
    return (y, ["x": x, "y": y, "h": h])
  }

  @Test func scopesAreClustersInGraphviz() {
    let (y, names) = Self.graph()
    #expect(
      y.tape.dot(names: names) == """
        digraph tape {
          rankdir=LR
          node [shape=circle]
          n0 [shape=plaintext, label="x"]
          n3 [label="×"]
          subgraph cluster_0 { label="outer"
            n2 [label="+"]
            subgraph cluster_1 { label="in\\"ner"
              n1 [label="×"]
            }
          }
          result [shape=plaintext, label="y"]
          n0 -> n1 [label=<2<br/><font color="#bc4c00">15</font>>]
          n0 -> n1 [label=<2<br/><font color="#bc4c00">15</font>>]
          n1 -> n2 [label=<4<br/><font color="#bc4c00">3</font>>]
          n0 -> n2 [label=<2<br/><font color="#bc4c00">15</font>>]
          n2 -> n3 [label=<h = 6<br/><font color="#bc4c00">3</font>>]
          n3 -> result [label=<18<br/><font color="#bc4c00">1</font>>]
        }
        """)
  }

  @Test func scopesAreSubgraphsInMermaid() {
    let (y, names) = Self.graph()
    #expect(
      y.tape.mermaid(names: names, showsGradients: false) == """
        flowchart LR
          n0["x"]
          n3(("×"))
          subgraph s0["outer"]
            n2(("+"))
            subgraph s1["in#34;ner"]
              n1(("×"))
            end
          end
          result["y"]
          n0 -->|"2"| n1
          n0 -->|"2"| n1
          n1 -->|"4"| n2
          n0 -->|"2"| n2
          n2 -->|"h = 6"| n3
          n3 -->|"18"| result
        """)
  }
}

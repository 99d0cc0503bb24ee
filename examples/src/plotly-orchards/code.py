import pandas as pd
import plotly.express as px

orchards = pd.DataFrame(
    {
        "orchard": ["Alder", "Birchwood", "Crane", "Dell", "Eastfold"],
        "hectares": [4, 9, 15, 7, 21],
        "tonnes_per_hectare": [18, 24, 21, 30, 16],
        "workers": [6, 11, 18, 9, 24],
    }
)

figure = px.scatter(
    orchards,
    x="hectares",
    y="tonnes_per_hectare",
    size="workers",
    text="orchard",
    hover_name="orchard",
    size_max=45,
    labels={"hectares": "Area (ha)", "tonnes_per_hectare": "Yield (t/ha)", "workers": "Workers"},
    title="Orchards: size and yield",
    template="plotly_white",
)
figure.update_traces(textposition="top center")
figure.update_yaxes(range=[10, 36])
figure.update_xaxes(range=[0, 25])
figure.show()

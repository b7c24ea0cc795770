"""What is compared: each case's model, sizes, bindings and inputs, and how `--perturb` changes the sizes."""
import dataclasses
import random

import networks


@dataclasses.dataclass
class Case:
    name: str
    model: str  # models/<model>.nn
    network: type
    sizes: dict  # the model's arguments and constants
    inputs: dict  # name → shape, with names of sizes in it; the kind of element is the name's
    dims: dict = dataclasses.field(default_factory=dict)  # bound dimensions
    layout: str = "rows"  # "images": channels last here, channels first there; "signal": batch and time exchanged there
    trains: str = ""  # the loss: "binary", "classes", "squares", "tokens"
    decay: float = 0.0
    fixed: tuple = ()  # sizes that perturbation leaves

    def shape(self, name):
        known = self.sizes | self.dims
        return tuple(known.get(extent, extent) if isinstance(extent, str) else extent for extent in self.inputs[name])

    def perturbed(self, generator):
        """Every size changed by 1 to 15 %; a width stays a multiple of its heads."""
        sizes = dict(self.sizes)
        for key, value in sizes.items():
            if key in self.fixed or key in ("heads", "rows"):
                continue
            step = sizes.get("heads", 4 if key == "base" else 1)
            change = max(step, round(value * generator.uniform(0.01, 0.15) / step) * step)
            sizes[key] = value + generator.choice((-1, 1)) * change
        return dataclasses.replace(self, name=self.name + "_perturbed", sizes=sizes)


def all_cases():
    cases = []

    def inference(name, model, network, sizes, inputs, batch, **more):
        cases.append(Case(f"{name}_b{batch}", model, network, sizes, inputs, {"batch": batch} | more.pop("dims", {}), **more))

    def training(name, model, network, sizes, inputs, trains, **more):
        cases.append(Case(f"{name}_train", model, network, sizes, inputs, {"batch": sizes["rows"]}, trains=trains, **more))

    seed = ("seed", networks.Seed, {"first": 10, "second": 8}, {"x": ("batch", 8)})
    mnist = ("mnist", networks.Perceptron, {"width": 512}, {"x": ("batch", 784)})
    tabular = ("tabular", networks.Perceptron, {"width": 256}, {"x": ("batch", 64)})
    lenet = ("lenet", networks.LeNet, {"first": 6, "second": 16, "hidden": 120}, {"x": ("batch", 28, 28, 1)})
    for case, batches in ((seed, (1, 32)), (mnist, (1, 32, 128)), (tabular, (1, 1024))):
        for batch in batches:
            inference(case[0], *case, batch)
    for batch in (1, 32):
        inference("lenet", *lenet, batch, layout="images")
    inference("kws", "kws", networks.Keywords, {"channels": 64}, {"x": ("batch", 49, 10, 1)}, 1, layout="images")
    for side in (96, 224):
        inference(f"mobilenet_{side}", "mobilenet", networks.MobileNet, {"base": 32, "height": side, "width": side},
                  {"x": ("batch", "height", "width", 3)}, 1, layout="images", fixed=("height", "width"))
    inference("resnet18_224", "resnet18", networks.ResNet, {"base": 64, "height": 224, "width": 224},
              {"x": ("batch", "height", "width", 3)}, 1, layout="images", fixed=("height", "width"))
    for time in (1, 64):
        state = ("batch", "units")
        inference(f"lstm20_t{time}", "lstm", networks.Recurrent, {"units": 20},
                  {"x": ("batch", "time", 1), "h": state, "c": state}, 1, dims={"time": time}, layout="signal")
        inference(f"gru20_t{time}", "gru", networks.Gated, {"units": 20}, {"x": ("batch", "time", 1), "h": state}, 1,
                  dims={"time": time}, layout="signal")
    for time in (64, 128):
        inference(f"block256_t{time}", "block", networks.Transformer,
                  {"time": time, "width": 256, "heads": 8, "hidden": 1024}, {"x": ("batch", "time", "width")}, 1)
    gpt = ("gpt", networks.Characters, {"steps": 64, "vocabulary": 256, "width": 128, "heads": 4}, {"tokens": ("batch", "steps")})
    inference("gpt4_t64", *gpt, 1)

    def with_rows(case, rows):
        return (case[0], case[1], case[2] | {"rows": rows}, case[3])

    training("seed_b32", *with_rows(seed, 32), "binary")
    for rows in (32, 128):
        training(f"mnist_b{rows}", *with_rows(mnist, rows), "classes")
    training("lenet_b32", *with_rows(lenet, 32), "classes", layout="images")
    training("tabular_b1024", *with_rows(tabular, 1024), "squares")
    training("gpt4_b8_t64", *with_rows(gpt, 8), "tokens", decay=0.01)
    return cases


def perturbed_cases(seed):
    generator = random.Random(seed)
    return [case.perturbed(generator) for case in all_cases()]
